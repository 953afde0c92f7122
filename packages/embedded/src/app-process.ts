import { join } from 'node:path';
import { isHttpAnswering } from './http-probe.ts';
import { recordProcess } from './process-records.ts';
import { type SupervisedProcess, startSupervisedProcess } from './supervised-process.ts';
import type { AppName, PlannedApp } from './system-plan.ts';

export type AppLauncher = {
  /** Repository root: the apps' working directory. */
  rootDir: string;
  /** Folders for `<name>.log` and `<name>.json`, the record of the process. */
  folders: { readonly logs: string; readonly pids: string };
  /** Path of an app's entry file, relative to `rootDir`. */
  entryOf: (app: AppName) => string;
  envOf: (app: AppName) => NodeJS.ProcessEnv;
  onLine?: ((name: string, line: string) => void) | undefined;
  /** Told when a process ended by itself, before it is started again. */
  onExit?: ((name: string) => void) | undefined;
};

/**
 * On a large machine V8 lets garbage pile up to hundreds of megabytes before it collects. What the gateway really holds is about 60 MB, and
 * pictures in request bodies add to that, so it is told to be tidy.
 */
const gatewayNodeOptions = '--max-old-space-size=320 --max-semi-space-size=8';

/** Runs one app as `node apps/<name>/src/main.ts`; it is ready when `/healthz` answers on its port. */
export function startApp(launcher: AppLauncher, { app, name, port }: PlannedApp): SupervisedProcess {
  const { folders, onLine, onExit } = launcher;
  const entry = launcher.entryOf(app);
  const portVariable = app === 'gateway' ? 'PORT' : app === 'simulator' ? 'SIMULATOR_PORT' : 'HEALTH_PORT';
  const environment = launcher.envOf(app);
  if (app === 'gateway') environment.NODE_OPTIONS = [gatewayNodeOptions, environment.NODE_OPTIONS].filter(Boolean).join(' ');
  // Reading and syncing files must not queue behind pictures that are being decoded: both use Node's thread pool.
  environment.UV_THREADPOOL_SIZE ??= '16';
  // What Node has compiled and stripped of types once, it need not again: quicker starts, and some megabytes less in each process.
  environment.NODE_COMPILE_CACHE ??= join(launcher.rootDir, 'node_modules/.cache/node-compile');
  return startSupervisedProcess({
    name,
    command: [process.execPath, entry],
    cwd: launcher.rootDir,
    env: { ...environment, [portVariable]: String(port) },
    logFile: join(folders.logs, `${name}.log`),
    isReady: () => isHttpAnswering(`http://127.0.0.1:${port}/healthz`),
    onLine: onLine && ((line) => onLine(name, line)),
    onStart: (pid) => recordProcess(folders.pids, name, { pid, entry }),
    onExit: () => onExit?.(name),
  });
}
