import { spawnSync } from 'node:child_process';

export type SystemUser = { uid: number; gid: number };

/** `nobody` by its conventional number: needs no entry in /etc/passwd. */
export const nobody: SystemUser = { uid: 65534, gid: 65534 };

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Whether that user may pass through every parent of the folder; asked of the kernel, so ACLs and mounts count. Only root can ask. */
export function canEnter(user: SystemUser, folder: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Whether that user (undefined: this one) can execute the program and load its libraries. */
export function canRun(user: SystemUser | undefined, program: string): boolean {
  return spawnSync(program, ['--version'], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}
