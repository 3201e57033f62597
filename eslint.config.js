import js from '@eslint/js'
import globals from 'globals'
import ts from 'typescript-eslint'
import vue from 'eslint-plugin-vue'
import accessibility from 'eslint-plugin-vuejs-accessibility'

export default ts.config(
  { ignores: ['**/dist/', '**/node_modules/', '.rollcall/', 'test-results/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...ts.configs.stylistic,
  ...vue.configs['flat/recommended'],
  ...accessibility.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser }, globals: globals.browser },
    rules: {
      // The browser checks labels by nesting or by `for`; either is enough.
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
      // Formatting is Prettier's.
      ...Object.fromEntries(
        Object.keys(vue.rules)
          .filter((name) => vue.rules[name].meta?.type === 'layout')
          .map((name) => [`vue/${name}`, 'off']),
      ),
    },
  },
  { files: ['**/*.{js,mjs,ts}'], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
  // Playwright wants its fixtures' first parameter destructured, also where nothing is taken from it.
  { files: ['e2e/**'], rules: { 'no-empty-pattern': 'off' } },
  {
    rules: {
      'no-undef': 'off', // the compiler knows better
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
    },
  },
)
