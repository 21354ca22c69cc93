import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { textParts } from './textParts.ts'

// The build is committed and embedded: names do not depend on the machine, and nothing is loaded from outside.
export default defineConfig({
  plugins: [svelte(), textParts(import.meta.dirname + '/src')],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: { proxy: { '^/(api|auth|consumo|ambiente|health|openapi)': 'http://localhost:8000' } },
  test: { include: ['src/**/*.test.ts'], env: { TZ: 'Asia/Tokyo' } }, // far from any site: nothing may read the machine's own zone
})
