import { defineConfig } from 'vitest/config';

/**
 * Three tiers, told apart by suffix: `.test.ts` touches nothing outside its process, `.pg/.nats/.s3/.http.test.ts` talks to a real
 * service that it starts itself, `e2e/specs` speaks HTTP and WebSocket to the whole system.
 */
const services = ['{apps,packages}/**/*.{pg,nats,s3,http}.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'pure',
          include: ['{apps,packages,tooling,e2e/chaos}/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...services],
          // Properties draw thousands of cases; a busy machine must not make them fail.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'services',
          include: services,
          globalSetup: './packages/embedded/src/vitest-services.ts',
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/specs/**/*.e2e.test.ts'],
          globalSetup: './e2e/src/global-setup.ts',
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Specs mostly wait: for leases, retries and restarts.
          maxWorkers: 3,
          maxConcurrency: 20,
        },
      },
    ],
  },
});
