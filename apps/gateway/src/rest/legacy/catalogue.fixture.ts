import type { Lora } from '@imagegen/core/loras/lora';

const shared = {
  tags: [],
  baseModel: 'flux-dev',
  triggerWords: [],
  thumbnailUrl: null,
  description: '',
  type: 'Style LoRA',
  personality: '',
  fileSizeMb: 19.3,
  usageCount: 0,
  averageWeight: 1,
};

/** Two LoRAs to be named in every way. */
export const catalogue: readonly Lora[] = [
  {
    ...shared,
    id: 309,
    slug: 'lora_001',
    name: 'Realistic Portrait',
    url: 'https://loras.example.com/realistic-portrait.safetensors',
    category: 'portrait',
    tags: ['soft-light'],
  },
  {
    ...shared,
    id: 310,
    slug: 'lora_002',
    name: 'Paper Cut',
    url: 'https://loras.example.com/paper-cut.safetensors',
    category: 'illustration',
  },
];
