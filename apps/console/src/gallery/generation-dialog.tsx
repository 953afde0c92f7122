import { Box, Button, CopyButton, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBookmark, IconBrandTypescript, IconDice5, IconDownload, IconRefresh, IconTerminal2, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { failureText } from '../api/failure-text.ts';
import { type Generation, useTRPC } from '../api/trpc.ts';
import { confirmLoss } from '../components/confirm-loss.tsx';
import { Failure } from '../components/failure.tsx';
import { FavouriteButton } from '../components/favourite-button.tsx';
import { Picture, shapeOf } from '../components/picture.tsx';
import { Receipt } from '../components/receipt.tsx';
import { fromInput } from '../playground/recipe.ts';
import { useRecipe } from '../playground/use-recipe.ts';
import { SavePreset } from '../presets/save-preset.tsx';
import { recipeOf } from './recipe-of.ts';
import { curlOf, typescriptOf } from './request-code.ts';

/** One generation with its whole recipe, and what can be done with it. */
export function GenerationDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const trpc = useTRPC();
  const details = useQuery(trpc.generations.get.queryOptions({ id }));
  return (
    <Modal opened onClose={onClose} size="xl" title="Generation">
      {details.isError && <Failure error={details.error} onRetry={() => void details.refetch()} />}
      {details.isPending && <Skeleton h={420} />}
      {details.data && <Details generation={details.data} onClose={onClose} />}
    </Modal>
  );
}

function Details({ generation, onClose }: { generation: Generation; onClose: () => void }) {
  return (
    <Stack gap="lg">
      {generation.images.map((image, index) => (
        <Box key={`${image.sha256}${index}`} className="stage stage-low" style={shapeOf(image)}>
          <Picture src={image.url} alt={generation.prompt} width={image.width} height={image.height} placeholder={image.placeholder} />
        </Box>
      ))}
      <Text>{generation.prompt}</Text>
      {generation.error && (
        <Text c="red" size="sm">
          {generation.error.code}: {generation.error.message}
        </Text>
      )}
      <Actions generation={generation} onClose={onClose} />
      <Receipt generation={generation} />
    </Stack>
  );
}

function Actions({ generation, onClose }: { generation: Generation; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [recipe, setRecipe] = useRecipe();
  const input = recipeOf(generation);
  const [image] = generation.images;
  const fail = (error: unknown) => notifications.show({ color: 'red', message: failureText(error) });
  const again = useMutation(
    trpc.generations.retry.mutationOptions({
      onSuccess: (accepted) => void navigate({ to: '/', search: { generation: accepted.generation_id } }),
      onError: fail,
    }),
  );
  const remove = useMutation(
    trpc.data.delete.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.data.history.pathKey() });
        onClose();
      },
      onError: fail,
    }),
  );
  const edit = () => {
    setRecipe({ ...fromInput(recipe, input), seed: null });
    void navigate({ to: '/' });
  };
  const confirmRemoval = () =>
    confirmLoss({
      title: 'Delete this generation?',
      consequence: 'It leaves your gallery for good. What it cost stays in the ledger.',
      action: 'Delete',
      onConfirm: () => remove.mutate({ id: generation.generation_id }),
    });
  return (
    <Group gap="xs">
      <Button
        size="xs"
        leftSection={<IconRefresh size={16} />}
        loading={again.isPending}
        onClick={() => again.mutate({ id: generation.generation_id })}
      >
        Again with this seed
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDice5 size={16} />}
        loading={again.isPending}
        onClick={() => again.mutate({ id: generation.generation_id, reroll: true })}
      >
        Vary
      </Button>
      <Button size="xs" variant="default" onClick={edit}>
        Edit in the playground
      </Button>
      <FavouriteButton generation={generation} />
      {image && (
        <Button size="xs" variant="default" component="a" href={image.url} download leftSection={<IconDownload size={16} />}>
          Download
        </Button>
      )}
      <SavePreset
        from={generation.generation_id}
        trigger={(open) => (
          <Button size="xs" variant="default" leftSection={<IconBookmark size={16} />} onClick={open}>
            Save as preset
          </Button>
        )}
      />
      <CopyCode label="curl" icon={<IconTerminal2 size={16} />} code={curlOf(location.origin, input)} />
      <CopyCode label="TypeScript" icon={<IconBrandTypescript size={16} />} code={typescriptOf(location.origin, input)} />
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
    </Group>
  );
}

function CopyCode({ label, icon, code }: { label: string; icon: React.ReactNode; code: string }) {
  return (
    <CopyButton value={code}>
      {({ copied, copy }) => (
        <Button size="xs" variant="default" leftSection={icon} onClick={copy}>
          {copied ? 'Copied' : `Copy as ${label}`}
        </Button>
      )}
    </CopyButton>
  );
}
