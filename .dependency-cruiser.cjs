/** The slopes of the house: see docs/architecture.md. */
// Tests stand on the test kit, wherever they are.
const never = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { path: to },
})

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    never('nobody-imports-an-app', '^packages/', '^apps/'),
    never('only-programs-join-the-parts', '^packages/(?!program/)', '^packages/program/'),
    never('server-never-meets-tenant', '^packages/server/', '^packages/tenant/'),
    never('tenant-never-meets-server', '^packages/tenant/', '^packages/(server|tenant-client)/'),
    never('dashboard-knows-the-admin-api-only', '^apps/dashboard/', '^packages/(?!contracts/src/admin-api)'),
    never('command-line-knows-the-admin-api-only', '^apps/standalone/src/command-line/', [
      '^packages/(?!contracts/src/admin-api)',
      '^apps/standalone/src/(?!command-line/)',
    ]),
    never('database-stands-on-the-data-folder', '^packages/database/', '^packages/(?!database/|data-folder/)'),
    never('data-folder-stands-on-nothing', '^packages/data-folder/', '^packages/(?!data-folder/)'),
    never('contracts-stand-on-nothing', '^packages/contracts/', '^packages/(?!contracts/)'),
    {
      name: 'a-package-has-one-door',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: {
        path: '^packages/([^/]+)/src/.+/',
        pathNot: ['^packages/$2/', '^packages/contracts/src/', '^packages/database/src/embedded/index.ts$'],
      },
    },
    {
      name: 'no-test-kit-in-production',
      severity: 'error',
      from: { pathNot: ['\\.test\\.ts$', '^packages/test-kit/', '^e2e/', '^bench/', 'vitest\\.config', '/testing/'] },
      to: { path: '^packages/test-kit/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^apps/[^/]+/dist'] },
    exclude: { path: ['/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
