import { describe, expect, it } from 'vitest';
import { toLoRAModel } from './lora-model.ts';

const whole = {
  id: 309,
  name: 'Sara',
  file_size_mb: 19.3,
  type: 'Character LoRA',
  personality: 'calm',
  url: 'https://files.example.com/sara.safetensors',
  description: 'A face.',
  category: 'portrait',
  tags: ['fashion'],
  trigger_words: ['sara'],
  base_model: 'flux-dev',
  usage_count: 0,
  avg_weight: 1,
};

describe('a LoRA as the front ends read it', () => {
  it.each([
    ['keeps what is told', whole, whole],
    ['has no field that is null', { ...whole, thumbnail_url: null, category: null }, { ...whole, category: '' }],
    [
      'has the thumbnail under both names',
      { ...whole, thumbnail_url: 'https://a/b' },
      { thumbnail_url: 'https://a/b', thumbnail: 'https://a/b' },
    ],
    ['always has a list of tags', { ...whole, tags: null }, { tags: [] }],
    ['has a number for an id', { ...whole, id: '309' }, { id: 309 }],
    ['is whole when little is told', { id: 1, name: 'x' }, { id: 1, name: 'x', tags: [], trigger_words: [], type: '', file_size_mb: 0 }],
  ])('%s', (_, told, expected) => {
    expect(toLoRAModel(told)).toMatchObject(expected);
  });

  it('leaves out what is not known of its use', () => {
    const lora = toLoRAModel({ id: 1, name: 'x', usage_count: null, thumbnail_url: null });
    expect(lora).not.toHaveProperty('usage_count');
    expect(lora).not.toHaveProperty('thumbnail_url');
  });
});
