import type { Random } from '../random.ts';
import { drawOrder, type Order } from '../workload/order.ts';

type Draw = typeof drawOrder;

/** Orders without the clients' whims and without failures of their own: what becomes of them is the fault's doing. */
export function plainOrders(routes: readonly string[], change: (order: Order, random: Random) => Partial<Order> = () => ({})): Draw {
  return (random, place) => {
    const drawn = drawOrder(random, place);
    const plain: Order = {
      ...drawn,
      route: random.pick(routes),
      body: { prompt: `a red fox ${drawn.mark}`, width: 256, height: 256, num_images: 1 },
      images: 1,
      hangUpAfterMs: null,
      duplicate: false,
      reuseKey: false,
      cancelAfterMs: null,
    };
    return { ...plain, ...change(plain, random) };
  };
}

export const routeOf = { fal: 'flux/standard', replicate: 'replicate/generate', openai: 'openai/generate' } as const;
export const everyRoute: readonly string[] = Object.values(routeOf);
