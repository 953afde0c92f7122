import { build } from 'esbuild';

/**
 * `node tooling/bundle.ts fal`: one file with everything of ours and of the registry inside, for production. Native modules stay outside;
 * migrations are imported statically, so they come along.
 */
const app = process.argv[2];
if (!app) throw new Error('which app?');
const root = new URL('../', import.meta.url);

await build({
  entryPoints: [new URL(`apps/${app}/src/main.ts`, root).pathname],
  outfile: new URL(`apps/${app}/dist/main.mjs`, root).pathname,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: 'linked',
  external: ['sharp', 'pg-native'],
  // CommonJS packages inside an ESM bundle still call require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';import { fileURLToPath as __toPath } from 'node:url';import { dirname as __dirnameOf } from 'node:path';const require = __createRequire(import.meta.url);const __filename = __toPath(import.meta.url);const __dirname = __dirnameOf(__filename);",
  },
  logLevel: 'warning',
});
