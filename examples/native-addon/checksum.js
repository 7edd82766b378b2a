#!/usr/bin/env node
/** Prints the CRC-32 of each file that is named, or of standard input. */
import {readFileSync} from 'node:fs'
import {crc32} from '@node-rs/crc32'

const files = process.argv.slice(2)
const checksum = (file) => crc32(readFileSync(file)).toString(16).padStart(8, '0')

if (files.length === 0) console.log(checksum(0))
for (const file of files) console.log(`${checksum(file)}  ${file}`)
