import {describeAddonManagers} from '@flavor/contract/testkit'

const sample = (version: string, requirement: string) => ({
  install: {package: requirement},
  name: 'django-divio',
  text: `spec: 0.1\nmeta:\n  name: django-divio\n  version: ${version}\ninstall:\n  package: ${requirement}\n`,
  version,
})

const projects = {
  'pyproject.toml': '[project] # ours\nname = "shop"\nversion = "1"\ndependencies = [\n  "uvicorn", # serves\n]\n',
  'requirements.txt': '# ours\r\nuvicorn\r\n',
}

for (const [path, text] of Object.entries(projects))
  describeAddonManagers(new URL('..', import.meta.url), {
    addons: {python: [sample('0.1', 'django==1.11.20.4'), sample('0.2', 'Django-CMS[x]==3.7')]},
    projects: {python: {[path]: text}},
    upon: {base: new URL('../../addons-base/', import.meta.url)},
  })
