import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { readAnalyticsSearch } from './analytics/analytics-search.ts';
import { Failure } from './components/failure.tsx';
import { GalleryPage } from './gallery/gallery-page.tsx';
import { readGallerySearch } from './gallery/gallery-search.ts';
import { readLoraSearch } from './loras/lora-search.ts';
import { readOperationsSearch } from './operations/operations-search.ts';
import { PlaygroundPage } from './playground/playground-page.tsx';
import { PresetsPage } from './presets/presets-page.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Shell, errorComponent: ({ error, reset }) => <Failure error={error} onRetry={reset} /> });

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** `generation`: what is shown beside the form, so that a reload in the middle goes on watching. */
const playground = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: PlaygroundPage,
  validateSearch: ({ generation }: Record<string, unknown>): { generation?: string } => {
    const id = text(generation);
    return id ? { generation: id } : {};
  },
});

const gallery = createRoute({ getParentRoute: () => root, path: '/gallery', component: GalleryPage, validateSearch: readGallerySearch });
const presets = createRoute({ getParentRoute: () => root, path: '/presets', component: PresetsPage });

/** Pages that are opened less often come when they are wanted, and their charts with them. */
const loras = createRoute({
  getParentRoute: () => root,
  path: '/loras',
  component: lazyRouteComponent(() => import('./loras/loras-page.tsx'), 'LorasPage'),
  validateSearch: readLoraSearch,
});

const analytics = createRoute({
  getParentRoute: () => root,
  path: '/analytics',
  component: lazyRouteComponent(() => import('./analytics/analytics-page.tsx'), 'AnalyticsPage'),
  validateSearch: readAnalyticsSearch,
});

const operations = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  component: lazyRouteComponent(() => import('./operations/operations-page.tsx'), 'OperationsPage'),
  validateSearch: readOperationsSearch,
});

export const router = createRouter({
  routeTree: root.addChildren([playground, gallery, presets, loras, analytics, operations]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
