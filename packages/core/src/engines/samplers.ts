/**
 * Sampler names as callers send them, cleaned by `samplerKey`, and the nearest of the two schedulers that `fal-ai/flux-general` has.
 * Ancestral, Karras and SDE variants do not exist there.
 */
export const fluxGeneralSamplers: Readonly<Record<string, string>> = {
  euler: 'euler',
  eulera: 'euler',
  eulerancestral: 'euler',
  eulerkarras: 'euler',
  ddim: 'euler',
  ddpm: 'euler',
  lms: 'euler',
  lmskarras: 'euler',
  heun: 'euler',
  dpm2: 'dpmpp_2m',
  dpm2a: 'dpmpp_2m',
  dpmpp2m: 'dpmpp_2m',
  dpmpp2mkarras: 'dpmpp_2m',
  dpmpp2msde: 'dpmpp_2m',
  dpmpp2msdekarras: 'dpmpp_2m',
  dpmpp2s: 'dpmpp_2m',
  dpmpp2sa: 'dpmpp_2m',
  dpmppsde: 'dpmpp_2m',
  dpmppsdekarras: 'dpmpp_2m',
  dpmpp3msde: 'dpmpp_2m',
  unipc: 'dpmpp_2m',
};

/** "DPM++ 2M Karras", "dpmpp_2m_karras" and "dpm++-2m karras" are one name. */
export function samplerKey(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('++', 'pp')
    .replace(/[^a-z0-9]/g, '');
}
