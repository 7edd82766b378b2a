import {describePurposes} from '@flavor/contract/testkit'

describePurposes(new URL('..', import.meta.url), {
  sources: {'python-environment': {'bin/python3': '#!/bin/sh\n', 'pyvenv.cfg': 'home = /usr/bin\n'}},
})
