import './loras.css';
import { Button, Group } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useClient, useTRPC } from '../api/trpc.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Failure } from '../components/failure.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { CompatibilityMatrix } from './compatibility-matrix.tsx';
import { LoadingCards, LoraCard } from './lora-card.tsx';
import { LoraDrawer } from './lora-drawer.tsx';
import { LoraFilters } from './lora-filters.tsx';
import { type LoraSearch, readLoraSearch } from './lora-search.ts';
import { useInPlayground } from './use-in-playground.ts';

const perPage = 48;
const mostKnown = 100;

/** What styles and characters there are, how they do, and which go together. */
export function LorasPage() {
  const trpc = useTRPC();
  const client = useClient();
  const navigate = useNavigate();
  const openInPlayground = useInPlayground();
  const search = useSearch({ from: '/loras' });
  const { open, ...filter } = search;
  const go = (part: LoraSearch) =>
    void navigate({ to: '/loras', search: readLoraSearch({ ...search, ...part }), replace: !('open' in part) });
  const known = useQuery({ ...trpc.loras.list.queryOptions({ limit: mostKnown }), staleTime: 300_000 });
  const usage = useQuery({ ...trpc.loras.analytics.queryOptions({ date_range: 'all' }), staleTime: 60_000 });
  const list = useInfiniteQuery({
    queryKey: [...trpc.loras.list.pathKey(), 'page', filter],
    queryFn: ({ pageParam: page, signal }) => client.loras.list.query({ ...filter, limit: perPage, page }, { signal }),
    initialPageParam: 1,
    getNextPageParam: ({ page, limit, total }) => (page * limit < total ? page + 1 : undefined),
    placeholderData: keepPreviousData,
  });
  const loras = list.data?.pages.flatMap((page) => page.loras) ?? [];
  const usageOf = new Map(usage.data?.loras.map((row) => [row.lora_id, row]));
  const total = list.data?.pages[0]?.total;
  const used = [...(known.data?.loras ?? [])].sort((a, b) => (b.usage_count ?? 0) - (a.usage_count ?? 0));
  return (
    <>
      <PageTitle
        title="LoRAs"
        about={total === undefined ? 'Styles and characters' : `${total} ${total === 1 ? 'style' : 'styles'} and characters`}
      />
      <LoraFilters value={filter} loras={known.data?.loras ?? []} onChange={go} />
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending ? (
        <LoadingCards />
      ) : (
        <ul className="lora-grid" aria-label="LoRAs" aria-busy={list.isPlaceholderData}>
          {loras.map((lora) => (
            <LoraCard
              key={lora.id}
              lora={lora}
              usage={usageOf.get(lora.id)}
              onOpen={() => go({ open: lora.id })}
              onUse={() => openInPlayground(lora)}
            />
          ))}
        </ul>
      )}
      {list.isSuccess && loras.length === 0 && (
        <EmptyState icon={IconStack2} title="Nothing matches">
          Take a filter away to see more.
        </EmptyState>
      )}
      {list.hasNextPage && (
        <Group justify="center" mb="xl">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            More
          </Button>
        </Group>
      )}
      <CompatibilityMatrix loras={used} />
      <LoraDrawer id={open} onClose={() => void navigate({ to: '/loras', search: filter })} onUse={openInPlayground} />
    </>
  );
}
