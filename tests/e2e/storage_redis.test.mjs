import { describeStorage } from './support/storage_scenarios.mjs';

await describeStorage('redis');
