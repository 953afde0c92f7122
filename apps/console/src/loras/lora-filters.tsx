import { Group, MultiSelect, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import type { Lora } from '../api/trpc.ts';
import { type LoraSearch, optionsOf } from './lora-search.ts';

const typingPauseMs = 300;

type FilterProps = { value: LoraSearch; loras: readonly Lora[]; onChange: (part: LoraSearch) => void };

export function LoraFilters({ value, loras, onChange }: FilterProps) {
  const search = useDebouncedCallback((text: string) => onChange({ search: text.trim() }), typingPauseMs);
  return (
    <Group component="search" align="flex-end" gap="sm" mb="lg">
      <TextInput
        label="Search"
        placeholder="Names, trigger words, tags"
        leftSection={<IconSearch size={16} />}
        defaultValue={value.search ?? ''}
        onChange={(event) => search(event.currentTarget.value)}
        flex="2 1 220px"
      />
      <Select
        label="Category"
        placeholder="Any"
        clearable
        clearButtonProps={{ 'aria-label': 'Any category' }}
        data={optionsOf(loras.map(({ category }) => category))}
        value={value.category ?? null}
        onChange={(category) => onChange({ category: category ?? '' })}
        flex="1 1 140px"
      />
      <Select
        label="Base model"
        placeholder="Any"
        clearable
        clearButtonProps={{ 'aria-label': 'Any base model' }}
        data={optionsOf(loras.map(({ base_model }) => base_model))}
        value={value.base_model ?? null}
        onChange={(model) => onChange({ base_model: model ?? '' })}
        flex="1 1 140px"
      />
      <MultiSelect
        label="Tags"
        placeholder={value.tags ? undefined : 'Any'}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Any tags' }}
        hidePickedOptions
        data={optionsOf(loras.flatMap(({ tags }) => tags))}
        value={value.tags ?? []}
        onChange={(tags) => onChange({ tags })}
        flex="1 1 200px"
      />
    </Group>
  );
}
