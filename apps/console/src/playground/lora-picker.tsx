import { ActionIcon, Avatar, Box, Group, MultiSelect, Slider, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type Lora, useTRPC } from '../api/trpc.ts';
import { Compatibility } from './compatibility.tsx';

type Selection = { id: number; weight: number };

/** LoRAs by search, each with its weight, and how well they go together. */
export function LoraPicker({ value, onChange }: { value: Selection[]; onChange: (loras: Selection[]) => void }) {
  const trpc = useTRPC();
  const { data } = useQuery({ ...trpc.loras.list.queryOptions({ limit: 100 }), staleTime: 300_000 });
  const loras = new Map(data?.loras.map((lora) => [lora.id, lora]));
  const setWeight = (id: number, weight: number) => onChange(value.map((each) => (each.id === id ? { id, weight } : each)));
  return (
    <Stack gap="xs">
      <MultiSelect
        label="LoRAs"
        placeholder={value.length === 0 ? 'Search styles and characters' : undefined}
        searchable
        hidePickedOptions
        nothingFoundMessage="No LoRA is called so"
        data={[...loras.values()].map(({ id, name }) => ({ value: String(id), label: name }))}
        value={value.map(({ id }) => String(id))}
        onChange={(ids) => onChange(ids.map((id) => value.find((each) => each.id === Number(id)) ?? { id: Number(id), weight: 1 }))}
        renderOption={({ option }) => <LoraOption lora={loras.get(Number(option.value))} />}
        maxDropdownHeight={320}
      />
      {value.map(({ id, weight }) => {
        const name = loras.get(id)?.name ?? `LoRA ${id}`;
        return (
          <Group key={id} gap="sm" wrap="nowrap" className="card" p="xs">
            <LoraThumbnail lora={loras.get(id)} />
            <Box flex={1} miw={0}>
              <Group justify="space-between" wrap="nowrap">
                <Text size="sm" truncate>
                  {name}
                </Text>
                <Text size="sm" className="figures">
                  {weight.toFixed(2)}
                </Text>
              </Group>
              <Slider
                min={0}
                max={2}
                step={0.05}
                value={weight}
                onChange={(next) => setWeight(id, next)}
                thumbLabel={`Weight of ${name}`}
                label={null}
                size="sm"
              />
            </Box>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${name}`}
              onClick={() => onChange(value.filter((each) => each.id !== id))}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        );
      })}
      {value.length > 1 && <Compatibility ids={value.map(({ id }) => id)} />}
    </Stack>
  );
}

function LoraOption({ lora }: { lora: Lora | undefined }) {
  if (!lora) return null;
  return (
    <Group gap="sm" wrap="nowrap">
      <LoraThumbnail lora={lora} />
      <div>
        <Text size="sm">{lora.name}</Text>
        <Text size="xs" c="dimmed">
          {[lora.category, lora.base_model, ...lora.trigger_words.slice(0, 2)].filter(Boolean).join(' · ')}
        </Text>
      </div>
    </Group>
  );
}

export function LoraThumbnail({ lora, size = 36 }: { lora: Lora | undefined; size?: number }) {
  return <Avatar src={lora?.thumbnail_url ?? null} name={lora?.name ?? '?'} color="initials" radius="md" size={size} alt="" />;
}
