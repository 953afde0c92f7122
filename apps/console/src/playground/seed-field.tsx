import { ActionIcon, Group, NumberInput, Tooltip } from '@mantine/core';
import { IconDice5, IconLock, IconLockOpen } from '@tabler/icons-react';

const mostSeed = 2_147_483_647;

/** A locked seed makes the same picture again; an open one is drawn each time. */
export function SeedField({
  value,
  onChange,
  last,
}: {
  value: number | null;
  onChange: (seed: number | null) => void;
  last: number | null;
}) {
  const locked = value !== null;
  const draw = () => onChange((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % mostSeed);
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <NumberInput
        label="Seed"
        flex={1}
        placeholder="drawn for each picture"
        value={value ?? ''}
        min={0}
        max={mostSeed}
        allowDecimal={false}
        hideControls
        onChange={(next) => onChange(typeof next === 'number' ? next : null)}
      />
      <Tooltip label={locked ? 'Draw a new one each time' : 'Keep the seed of the last picture'}>
        <ActionIcon
          size={36}
          variant="default"
          aria-label={locked ? 'Unlock the seed' : 'Lock the seed'}
          aria-pressed={locked}
          onClick={() => (locked ? onChange(null) : last === null ? draw() : onChange(last))}
        >
          {locked ? <IconLock size={18} /> : <IconLockOpen size={18} />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Draw another seed and lock it">
        <ActionIcon size={36} variant="default" aria-label="Reroll the seed" onClick={draw}>
          <IconDice5 size={18} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
