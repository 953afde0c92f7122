import { Badge, Box, Button, Group, SegmentedControl, Select, SimpleGrid, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconBookmarks, IconSearch, IconTrash, IconWand } from '@tabler/icons-react';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { failureText } from '../api/failure-text.ts';
import { type Preset, useTRPC } from '../api/trpc.ts';
import { confirmLoss } from '../components/confirm-loss.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Failure } from '../components/failure.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { firstRecipe, fromInput } from '../playground/recipe.ts';
import { useRecipe } from '../playground/use-recipe.ts';

const typingPauseMs = 300;
const perPage = 60;

export function PresetsPage() {
  const trpc = useTRPC();
  const [whose, setWhose] = useState<'mine' | 'public'>('mine');
  const [sort, setSort] = useState<'recent' | 'popular' | 'name'>('recent');
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), typingPauseMs);
  const query = { [whose]: true, sort, limit: perPage, ...(search && { search }) };
  const list = useQuery({ ...trpc.data.presets.list.queryOptions(query), placeholderData: keepPreviousData });
  return (
    <>
      <PageTitle title="Presets" about="Settings worth keeping, under a name." />
      <Group mb="lg" align="flex-end">
        <SegmentedControl
          aria-label="Whose presets"
          value={whose}
          onChange={(next) => setWhose(next === 'public' ? 'public' : 'mine')}
          data={[
            { value: 'mine', label: 'Mine' },
            { value: 'public', label: 'Public' },
          ]}
        />
        <TextInput
          label="Search"
          leftSection={<IconSearch size={16} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          flex="1 1 200px"
        />
        <Select
          label="Order"
          allowDeselect={false}
          value={sort}
          onChange={(next) => next && setSort(next as typeof sort)}
          data={[
            { value: 'recent', label: 'Newest first' },
            { value: 'popular', label: 'Most used first' },
            { value: 'name', label: 'By name' },
          ]}
        />
      </Group>
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton h={180} radius="lg" />}
      {list.data && list.data.items.length === 0 && (
        <EmptyState icon={IconBookmarks} title={search ? 'Nothing matches' : 'No presets yet'}>
          {search ? 'Try fewer words.' : 'Open a picture in the gallery and save its settings as a preset.'}
        </EmptyState>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {list.data?.items.map((preset) => (
          <PresetCard key={preset.id} preset={preset} isMine={whose === 'mine'} />
        ))}
      </SimpleGrid>
    </>
  );
}

function PresetCard({ preset, isMine }: { preset: Preset; isMine: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [, setRecipe] = useRecipe();
  const fail = (error: unknown) => notifications.show({ color: 'red', message: failureText(error) });
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.data.presets.pathKey() });
  const apply = useMutation(
    trpc.data.presets.apply.mutationOptions({
      onSuccess: ({ input }) => {
        setRecipe(fromInput(firstRecipe, input));
        void refresh();
        void navigate({ to: '/' });
      },
      onError: fail,
    }),
  );
  const remove = useMutation(trpc.data.presets.delete.mutationOptions({ onSuccess: refresh, onError: fail }));
  const confirmRemoval = () =>
    confirmLoss({
      title: `Delete “${preset.name}”?`,
      consequence: 'Pictures made with it stay.',
      action: 'Delete',
      onConfirm: () => remove.mutate({ id: preset.id }),
    });
  return (
    <Box className="card" p="md" component="article">
      <Group wrap="nowrap" align="flex-start">
        {preset.thumbnail_url && <img className="preset-picture" src={preset.thumbnail_url} alt="" width={72} height={72} loading="lazy" />}
        <Stack gap={4} flex={1} miw={0}>
          <Title order={2} size="h5">
            {preset.name}
          </Title>
          {preset.description && (
            <Text size="sm" lineClamp={2}>
              {preset.description}
            </Text>
          )}
          <Text size="xs" c="dimmed" className="figures">
            Used {preset.usage_count} {preset.usage_count === 1 ? 'time' : 'times'}
            {preset.is_public && isMine ? ' · public' : ''}
          </Text>
          <Group gap={4}>
            {preset.tags.map((tag) => (
              <Badge key={tag} size="sm" variant="light" tt="none">
                {tag}
              </Badge>
            ))}
          </Group>
        </Stack>
      </Group>
      <Group mt="md" gap="xs">
        <Button size="xs" leftSection={<IconWand size={16} />} loading={apply.isPending} onClick={() => apply.mutate({ id: preset.id })}>
          Apply
        </Button>
        {isMine && (
          <Button
            size="xs"
            variant="subtle"
            color="red"
            leftSection={<IconTrash size={16} />}
            loading={remove.isPending}
            onClick={confirmRemoval}
          >
            Delete
          </Button>
        )}
      </Group>
    </Box>
  );
}
