import { engineIds } from '@imagegen/core/engines/engine';
import { generationStatuses } from '@imagegen/core/generation/status';
import { Chip, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { engineNames } from '../components/engine-names.ts';
import { type GallerySearch, readGallerySearch } from './gallery-search.ts';

type Filter = Omit<GallerySearch, 'open' | 'compare'>;

const typingPauseMs = 300;

export function GalleryFilters({ value, onChange }: { value: Filter; onChange: (filter: Filter) => void }) {
  const [text, setText] = useState(value.search ?? '');
  const change = (part: Record<string, unknown>) => onChange(readGallerySearch({ ...value, ...part }));
  const find = useDebouncedCallback((search: string) => change({ search }), typingPauseMs);
  return (
    <Group gap="sm" align="flex-end" role="search">
      <TextInput
        label="Words of the prompt"
        placeholder="harbour -boat"
        leftSection={<IconSearch size={16} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          find(event.currentTarget.value);
        }}
        flex="1 1 200px"
      />
      <Select
        label="Engine"
        placeholder="Any"
        clearable
        data={engineIds.map((id) => ({ value: id, label: engineNames[id] }))}
        value={value.engine ?? null}
        onChange={(engine) => change({ engine })}
        w={170}
      />
      <Select
        label="Status"
        placeholder="Any"
        clearable
        data={[...generationStatuses]}
        value={value.status ?? null}
        onChange={(status) => change({ status })}
        w={140}
      />
      <Chip checked={value.favorite === true} onChange={(favorite) => change({ favorite })} mb={4}>
        Favourites
      </Chip>
    </Group>
  );
}
