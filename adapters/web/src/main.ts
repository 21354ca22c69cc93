import { mount } from 'svelte'
import App from './App.svelte'
import './app.css'
import { loadLanguage, preferredLanguage } from './i18n/i18n.svelte'

// Not awaited at the top of the module: what is loaded later could then not share a file with what is loaded first.
void loadLanguage(preferredLanguage()).then(() => mount(App, { target: document.getElementById('app')! }))
