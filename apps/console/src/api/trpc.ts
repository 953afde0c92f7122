import type { Client } from '@imagegen/client/create-client';
import type { AppRouter } from '@imagegen/gateway/trpc/app-router';
import type { inferRouterOutputs } from '@trpc/server';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { createContext, useContext } from 'react';

/** Procedures as query and mutation options, with their types. */
export const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();

/** What each procedure answers. */
export type Answers = inferRouterOutputs<AppRouter>;
export type Generation = Answers['generations']['get'];
export type GenerationItem = Answers['data']['history']['items'][number];
export type Lora = Answers['loras']['list']['loras'][number];
export type Preset = Answers['data']['presets']['list']['items'][number];

export const ClientContext = createContext<Client | null>(null);

/** The client itself, for live events. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('ClientContext is missing');
  return client;
}
