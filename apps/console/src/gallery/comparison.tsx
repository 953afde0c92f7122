import { Box, SimpleGrid, Table, Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { type Generation, useTRPC } from '../api/trpc.ts';
import { engineNames } from '../components/engine-names.ts';
import { creditsText, secondsText } from '../components/figures.ts';
import { Picture, shapeOf } from '../components/picture.tsx';

/** Two pictures side by side, and what was different in making them. */
export function Comparison({ ids }: { ids: readonly string[] }) {
  const trpc = useTRPC();
  const answers = useQueries({ queries: ids.map((id) => trpc.generations.get.queryOptions({ id })) });
  const pair = answers.flatMap(({ data }) => (data ? [data] : []));
  if (pair.length < ids.length) return <Text mt="md">Loading both …</Text>;
  return (
    <Box className="card" p="md" mt="md" component="section" aria-label="Comparison">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {pair.map(({ generation_id: id, images: [image], prompt }) => (
          <div key={id} className="stage" style={image && shapeOf(image)}>
            {image && <Picture src={image.url} alt={prompt} width={image.width} height={image.height} placeholder={image.placeholder} />}
          </div>
        ))}
      </SimpleGrid>
      <Table.ScrollContainer minWidth={420} mt="md">
        <Table fz="sm" className="figures" layout="fixed">
          <Table.Tbody>
            {rows.map(([label, read]) => {
              const texts = pair.map(read);
              return (
                <Table.Tr key={label} fw={texts[0] === texts[1] ? undefined : 650}>
                  <Table.Th w={110}>{label}</Table.Th>
                  {pair.map((generation, index) => (
                    <Table.Td key={generation.generation_id}>{texts[index]}</Table.Td>
                  ))}
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Box>
  );
}

const rows: readonly [string, (generation: Generation) => string][] = [
  ['Prompt', ({ prompt }) => prompt],
  ['Engine', ({ engine }) => engineNames[engine]],
  ['Seed', ({ seed }) => String(seed ?? 'none')],
  ['Size', ({ images: [image] }) => (image ? `${image.width} × ${image.height}` : '–')],
  ['Steps', ({ images: [image] }) => String(image?.metadata.actual_steps ?? '–')],
  ['Guidance', ({ images: [image] }) => String(image?.metadata.actual_cfg ?? '–')],
  ['Charged', ({ credits_used: credits }) => creditsText(credits)],
  ['Time', ({ images: [image] }) => (image ? secondsText(image.metadata.generation_time / 1000) : '–')],
];
