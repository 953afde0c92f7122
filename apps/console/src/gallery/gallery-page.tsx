import { Alert, Button, Group, Loader, Text } from '@mantine/core';
import { useIntersection } from '@mantine/hooks';
import { IconPhoto } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useClient, useTRPC } from '../api/trpc.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Failure } from '../components/failure.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { Comparison } from './comparison.tsx';
import { GalleryFilters } from './gallery-filters.tsx';
import { type GallerySearch, toggleCompared } from './gallery-search.ts';
import { GenerationDialog } from './generation-dialog.tsx';
import { LoadingTiles, Tile } from './tile.tsx';

const perPage = 30;

/** Everything the caller made, newest first, without an end. */
export function GalleryPage() {
  const trpc = useTRPC();
  const client = useClient();
  const navigate = useNavigate();
  const search = useSearch({ from: '/gallery' });
  const { open, compare = [], ...filter } = search;
  const go = (part: Partial<GallerySearch>) => void navigate({ to: '/gallery', search: { ...search, ...part } });
  // Not the generated options: they send along which way the pages go, which the gateway's strict input refuses.
  const history = useInfiniteQuery({
    queryKey: [...trpc.data.history.pathKey(), 'gallery', filter],
    queryFn: ({ pageParam, signal }) =>
      client.data.history.query({ per_page: perPage, ...filter, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });
  const items = history.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <PageTitle title="Gallery" about={history.data ? `${history.data.pages[0]?.total ?? 0} generations` : 'Everything you made'} />
      <GalleryFilters value={filter} onChange={(next) => void navigate({ to: '/gallery', search: next, replace: true })} />
      {compare.length > 0 && (
        <Alert variant="light" mt="md" p="sm" role="status">
          <Group justify="space-between">
            <Text size="sm">{compare.length === 1 ? 'Choose a second picture to compare.' : 'Two pictures are chosen.'}</Text>
            <Button size="compact-sm" variant="subtle" onClick={() => go({ compare: [] })}>
              Stop comparing
            </Button>
          </Group>
        </Alert>
      )}
      {compare.length === 2 && <Comparison ids={compare} />}
      {history.isError && <Failure error={history.error} onRetry={() => void history.refetch()} />}
      {history.isPending ? (
        <LoadingTiles />
      ) : (
        <ul className="tiles" aria-label="Generations">
          {items.map((generation) => (
            <Tile
              key={generation.generation_id}
              generation={generation}
              isCompared={compare.includes(generation.generation_id)}
              onOpen={() => go({ open: generation.generation_id })}
              onCompare={() => go({ compare: toggleCompared(compare, generation.generation_id) })}
            />
          ))}
        </ul>
      )}
      {history.isSuccess && items.length === 0 && (
        <EmptyState icon={IconPhoto} title={filtered ? 'Nothing matches' : 'No pictures yet'}>
          {filtered ? (
            'Take a filter away to see more.'
          ) : (
            <Button component={Link} to="/" mt="sm">
              Make the first one
            </Button>
          )}
        </EmptyState>
      )}
      {history.hasNextPage && <More onSeen={() => !history.isFetchingNextPage && void history.fetchNextPage()} />}
      {open && (
        <GenerationDialog
          id={open}
          onClose={() => void navigate({ to: '/gallery', search: { ...filter, ...(compare.length > 0 && { compare }) } })}
        />
      )}
    </>
  );
}

/** Asks for the next page shortly before its end comes into sight. */
function More({ onSeen }: { onSeen: () => void }) {
  const { ref, entry } = useIntersection({ rootMargin: '600px' });
  const seen = entry?.isIntersecting ?? false;
  useEffect(() => {
    if (seen) onSeen();
  }, [seen]);
  return (
    <Group ref={ref} justify="center" py="xl">
      <Button variant="default" onClick={onSeen} leftSection={<Loader size={14} />}>
        More
      </Button>
    </Group>
  );
}
