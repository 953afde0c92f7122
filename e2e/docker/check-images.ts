import { docker, inspect } from './engine.ts';

export const services = ['gateway', 'fal', 'replicate', 'openai', 'simulator'] as const;

const mostBytes = 350 * 1000 ** 2;
const allowedModules = ['@img', 'detect-libc', 'semver', 'sharp'];

type Image = { Size: number; Config: { User: string; Healthcheck?: object; Labels?: Record<string, string> } };

/** Sizes of the images, in words. Throws at the first image that breaks a promise. */
export async function checkImages(prefix: string): Promise<string> {
  const sizes: string[] = [];
  for (const service of services) {
    const name = `${prefix}-${service}:development`;
    const [image] = await inspect<Image>('image', [name]);
    if (!image) throw new Error(`${name} is not there`);
    const { Size: sizeBytes, Config: config } = image;
    if (sizeBytes > mostBytes) throw new Error(`${name} has ${sizeBytes} bytes`);
    if (config.User !== '1000:1000') throw new Error(`${name} runs as "${config.User}"`);
    if (!config.Healthcheck) throw new Error(`${name} has no health check`);
    if (!config.Labels?.['org.opencontainers.image.title']) throw new Error(`${name} has no labels`);
    const modules = (await docker(['run', '--rm', '--network', 'none', name, 'ls', 'node_modules'])).split(/\s+/);
    const foreign = modules.filter((module) => !allowedModules.includes(module));
    if (foreign.length > 0) throw new Error(`${name} carries ${foreign.join(', ')}`);
    sizes.push(`${service} ${Math.round(sizeBytes / 1e6)} MB`);
  }
  return sizes.join(', ');
}
