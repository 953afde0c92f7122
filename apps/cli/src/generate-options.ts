/** Options of `generate` that are fields of the canonical input, with the field each one fills. */
export const inputOptions = {
  seed: { field: 'seed', value: 'N', help: 'the same seed and settings make the same picture; −1 or absent draws one' },
  priority: { field: 'priority', value: 'WORD', help: 'speed, quality or cost' },
  'num-images': { field: 'num_images', value: 'N', help: 'how many pictures, 1 to 8', short: 'n' },
  engine: { field: 'engine', value: 'NAME', help: 'flux-standard, flux-advanced, flux-juggernaut, replicate, openai' },
  provider: { field: 'provider_preference', value: 'NAME', help: 'fal, replicate, openai or auto' },
  width: { field: 'width', value: 'PIXELS', help: '256 to 2048' },
  height: { field: 'height', value: 'PIXELS', help: '256 to 2048' },
  negative: { field: 'negative_prompt', value: 'TEXT', help: 'what not to draw' },
  format: { field: 'format', value: 'NAME', help: 'jpeg, png or webp' },
  steps: { field: 'steps', value: 'N', help: '1 to 150' },
  cfg: { field: 'cfg_scale', value: 'N', help: '1 to 30' },
} as const satisfies Record<string, { field: string; value: string; help: string; short?: string }>;

/** The other options. */
export const commandOptions = {
  lora: { type: 'string', value: 'ID[:WEIGHT]', help: 'a LoRA and its weight, 0 to 2; may be repeated' },
  out: { type: 'string', value: 'DIR', help: 'where the pictures go, default ./out; nothing is ever overwritten' },
  wait: { type: 'string', value: 'SECONDS', help: 'how long to wait at most, default 300; 0 only submits' },
  json: { type: 'boolean', value: '', help: 'print the result as JSON on standard output' },
  help: { type: 'boolean', value: '', help: 'show this', short: 'h' },
} as const satisfies Record<string, { type: 'string' | 'boolean'; value: string; help: string; short?: string }>;

type Described = { value: string; help: string; short?: string };

export function generateHelp(): string {
  const all: [string, Described][] = [...Object.entries(inputOptions), ...Object.entries(commandOptions)];
  const rows = all.map(([name, { value, help, short }]) => {
    const spelled = `${short ? `-${short}, ` : ''}--${name}${value && ` ${value}`}`;
    return `  ${spelled.padEnd(24)}${help}`;
  });
  return [
    'pnpm generate "PROMPT" [options]',
    '',
    ...rows,
    '',
    'Uses the system at GATEWAY_URL with the key GATEWAY_KEY when those are set, else the one running on DATA_DIR, else starts its own',
    'and stops it at the end. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not done within --wait.',
    '',
  ].join('\n');
}
