import { IconActivity, IconBookmarks, IconChartBar, IconPalette, IconPhoto, IconStack2 } from '@tabler/icons-react';

/** The console's pages. The gateway serves the page itself at these paths and no others (`gateway/src/http/routes/console.ts`). */
export const pages = [
  { path: '/', label: 'Playground', icon: IconPalette, admin: false },
  { path: '/gallery', label: 'Gallery', icon: IconPhoto, admin: false },
  { path: '/presets', label: 'Presets', icon: IconBookmarks, admin: false },
  { path: '/loras', label: 'LoRAs', icon: IconStack2, admin: false },
  { path: '/analytics', label: 'Analytics', icon: IconChartBar, admin: false },
  { path: '/operations', label: 'Operations', icon: IconActivity, admin: true },
] as const;
