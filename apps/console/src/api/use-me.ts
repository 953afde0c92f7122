import { useQuery } from '@tanstack/react-query';
import { type Answers, useTRPC } from './trpc.ts';

/** Who is signed in; undefined until that is known. */
export function useMe(): Answers['keys']['current'] | undefined {
  const trpc = useTRPC();
  return useQuery({ ...trpc.keys.current.queryOptions(), staleTime: 300_000 }).data;
}
