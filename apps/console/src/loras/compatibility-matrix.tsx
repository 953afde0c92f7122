import { Box, Skeleton, Text, Title, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Lora, useTRPC } from '../api/trpc.ts';
import { Failure } from '../components/failure.tsx';
import { type Cell, cellText, scoreMatrix, tintOf } from './score-matrix.ts';

const mostShown = 12;

/** Which of the most used LoRAs go together, from what became of pictures made with both. */
export function CompatibilityMatrix({ loras }: { loras: readonly Lora[] }) {
  const trpc = useTRPC();
  const shown = loras.slice(0, mostShown);
  const names = new Map(shown.map(({ id, name }) => [id, name]));
  const ids = shown.map(({ id }) => id);
  const scores = useQuery({ ...trpc.utils.compatibility.queryOptions({ lora_ids: ids }), enabled: ids.length > 1, staleTime: 60_000 });
  if (ids.length < 2) return null;
  const nameOf = (id: number) => names.get(id) ?? String(id);
  return (
    <Box component="section" className="card" p="lg" aria-labelledby="matrix-title">
      <Title order={2} size="h4" id="matrix-title">
        Which go together
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        Scores learned from every picture that was made with both. Above 70 % they go well together.
      </Text>
      {scores.isError && <Failure error={scores.error} onRetry={() => void scores.refetch()} />}
      {scores.isPending && <Skeleton h={shown.length * 46 + 96} radius="md" />}
      {scores.data && (
        <Box component="section" className="matrix-frame" tabIndex={0} aria-label="Scores of pairs">
          <table className="matrix figures">
            <thead>
              <tr>
                <td />
                {shown.map(({ id, name }) => (
                  <th key={id} scope="col">
                    <span>{name}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {scoreMatrix(ids, scores.data.pairs).map((row) => (
                <tr key={row.id}>
                  <th scope="row">{nameOf(row.id)}</th>
                  {row.cells.map((cell) => (
                    <ScoreCell key={cell.with} cell={cell} text={cellText(cell, [nameOf(cell.of), nameOf(cell.with)])} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Box>
      )}
      <Legend />
    </Box>
  );
}

function ScoreCell({ cell: { of, with: other, pair }, text }: { cell: Cell; text: string }) {
  if (of === other) return <td className="matrix-self" />;
  if (!pair?.known)
    return (
      <td className="matrix-unknown" title={text}>
        <span aria-hidden>·</span>
        <VisuallyHidden>not used together yet</VisuallyHidden>
      </td>
    );
  const { speaks, strength } = tintOf(pair.score);
  return (
    <td data-speaks={speaks} style={{ '--strength': `${strength}%` } as React.CSSProperties} title={text}>
      {Math.round(pair.score * 100)}
    </td>
  );
}

function Legend() {
  return (
    <div className="matrix-legend" aria-hidden>
      <span>Often fail together</span>
      <span className="matrix-scale" />
      <span>Go well together</span>
      <span className="matrix-swatch matrix-unknown" />
      <span>Not used together yet</span>
    </div>
  );
}
