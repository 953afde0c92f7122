import { ActionIcon, Badge, Skeleton, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconColumns2, IconHeartFilled } from '@tabler/icons-react';
import type { GenerationItem } from '../api/trpc.ts';
import { Picture } from '../components/picture.tsx';

type TileProps = { generation: GenerationItem; isCompared: boolean; onOpen: () => void; onCompare: () => void };

export function Tile({ generation, isCompared, onOpen, onCompare }: TileProps) {
  const { images, prompt, status, is_favorite: isFavorite } = generation;
  const [image] = images;
  return (
    <li className="tile card" data-compared={isCompared || undefined}>
      <UnstyledButton className="tile-button" onClick={onOpen} aria-label={`Open: ${prompt}`}>
        {image ? (
          <Picture src={image.thumbnail_url} alt="" width={256} height={256} placeholder={image.placeholder} />
        ) : (
          <span className="tile-empty">
            <Badge variant="light" color={status === 'failed' ? 'red' : 'blue'}>
              {status}
            </Badge>
          </span>
        )}
        <span className="tile-caption">
          <Text size="xs" truncate display="block" component="span">
            {prompt}
          </Text>
        </span>
      </UnstyledButton>
      {isFavorite && <IconHeartFilled className="tile-mark" size={18} aria-label="Favourite" role="img" />}
      {image && (
        <Tooltip label="Compare">
          <ActionIcon
            className="tile-compare"
            variant={isCompared ? 'filled' : 'default'}
            aria-label={`Compare: ${prompt}`}
            aria-pressed={isCompared}
            onClick={onCompare}
          >
            <IconColumns2 size={16} />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  );
}

export function LoadingTiles() {
  return (
    <div className="tiles" aria-busy>
      {Array.from({ length: 12 }, (_, index) => index).map((index) => (
        <Skeleton key={index} className="tile tile-loading" radius="lg" />
      ))}
    </div>
  );
}
