import { engines } from '../engines/catalogue.ts';
import { type Engine, engineIds } from '../engines/engine.ts';
import { usdToMicros } from '../estimate/money.ts';
import { outputTokens } from '../estimate/openai-tokens.ts';
import type { EngineHealth } from '../routing/engine-health.ts';
import { holdMicros } from './hold.ts';

const square = { width: 1024, height: 1024 };

/** The engines for which what is left of their provider's daily cap is not enough for one square picture; in micro-credits. */
export function cappedEngines(spend: readonly { provider: string; spent_micros: number }[], capMicros: number): EngineHealth {
  const capped: EngineHealth = {};
  for (const id of engineIds) {
    const spent = spend.find(({ provider }) => provider === engines[id].provider)?.spent_micros ?? 0;
    if (capMicros - spent >= onePictureMicros(engines[id])) continue;
    capped[id] = { state: 'off', reason: `today's spending on ${engines[id].provider} has reached its cap` };
  }
  return capped;
}

function onePictureMicros(engine: Engine): number {
  const price = usdToMicros(engine.price.usd);
  switch (engine.price.unit) {
    case 'megapixel':
    case 'image':
      return holdMicros(engine, square, price);
    case 'gpu-second':
      return price * engine.typicalTimeSeconds;
    case 'openai-tokens':
      return outputTokens(engine.model, 'low', square) * engine.price.usd;
  }
}
