import { ActionIcon, Tooltip } from '@mantine/core';
import { IconHeart, IconHeartFilled } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Generation, useTRPC } from '../api/trpc.ts';

/** Marks a generation, or takes the mark away. */
export function FavouriteButton({ generation }: { generation: Pick<Generation, 'generation_id' | 'is_favorite'> }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { generation_id: id, is_favorite: marked } = generation;
  const mark = useMutation(
    trpc.generations.favorite.mutationOptions({
      onSettled: () =>
        Promise.all([
          queries.invalidateQueries({ queryKey: trpc.generations.get.queryKey({ id }) }),
          queries.invalidateQueries({ queryKey: trpc.data.history.pathKey() }),
        ]),
    }),
  );
  return (
    <Tooltip label={marked ? 'No favourite any more' : 'Mark as favourite'}>
      <ActionIcon
        variant="subtle"
        color={marked ? 'red' : 'gray'}
        aria-label="Favourite"
        aria-pressed={marked}
        loading={mark.isPending}
        onClick={() => mark.mutate({ id, favorite: !marked })}
      >
        {marked ? <IconHeartFilled size={18} /> : <IconHeart size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}
