//! The OLE compound file that holds an XLS workbook: reads its streams by name. The `cfb` crate
//! rejects what SheetJS writes, because its sector table is padded with zeros.

use super::bytes::{u16_at, u32_at};

/// Sector numbers from here on are special markers.
const LAST_SECTOR: u32 = 0xffff_fffa;
const HEADER: usize = 512;
const ENTRY: usize = 128;
/// The header lists this many sectors of the allocation table.
const TABLE_IN_HEADER: usize = 109;

/// An OLE compound file.
pub(super) struct Container<'b> {
    bytes: &'b [u8],
    sector: usize,
    /// The successor of each sector.
    next: Vec<u32>,
    entries: Vec<Entry>,
    /// The 64-byte sectors that hold short streams, and the successor of each.
    short: Vec<u8>,
    short_next: Vec<u32>,
    shortest_long: usize,
}

struct Entry {
    name: String,
    first: u32,
    length: usize,
}

impl<'b> Container<'b> {
    pub(super) fn open(bytes: &'b [u8]) -> Option<Self> {
        let sector = 1_usize.checked_shl(u32::from(u16_at(bytes, 30)?)).filter(|size| [512, 4096].contains(size))?;
        let shortest_long = usize::try_from(u32_at(bytes, 56)?).ok()?;
        let mut container = Container {
            bytes,
            sector,
            next: Vec::new(),
            entries: Vec::new(),
            short: Vec::new(),
            short_next: Vec::new(),
            shortest_long,
        };
        container.next = container.table()?;
        let directory = container.chain(u32_at(bytes, 48)?)?;
        container.entries = directory.chunks_exact(ENTRY).filter_map(entry).collect();
        container.short_next = numbers(&container.chain(u32_at(bytes, 60)?)?);
        let root = container.entries.first().map(|root| (root.first, root.length))?;
        container.short = container.chain(root.0)?;
        container.short.truncate(root.1);
        Some(container)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))?;
        let mut stream = if entry.length >= self.shortest_long {
            self.chain(entry.first)?
        } else {
            let mut stream = Vec::new();
            for sector in chained(entry.first, &self.short_next)? {
                let start = usize::try_from(sector).ok()?.checked_mul(64)?;
                stream.extend_from_slice(self.short.get(start..start.checked_add(64)?.min(self.short.len()))?);
            }
            stream
        };
        stream.truncate(entry.length);
        Some(stream)
    }

    fn table(&self) -> Option<Vec<u32>> {
        let mut sectors: Vec<u32> = numbers(self.bytes.get(76..HEADER)?).into_iter().take(TABLE_IN_HEADER).collect();
        // Further ones are listed in a chain of sectors; each ends with the number of the next.
        let mut more = u32_at(self.bytes, 68)?;
        for _ in 0..self.bytes.len() / self.sector {
            if more >= LAST_SECTOR || more == 0 {
                break;
            }
            let mut listed = numbers(self.sector(more)?);
            more = listed.pop()?;
            sectors.extend(listed);
        }
        let mut table = Vec::new();
        for sector in sectors.into_iter().filter(|sector| *sector < LAST_SECTOR).take(self.bytes.len() / self.sector) {
            table.extend(numbers(self.sector(sector)?));
        }
        Some(table)
    }

    /// The bytes of a sector; the last one in a file may be truncated.
    fn sector(&self, number: u32) -> Option<&'b [u8]> {
        let start = usize::try_from(number).ok()?.checked_add(1)?.checked_mul(self.sector)?;
        self.bytes.get(start..start.checked_add(self.sector)?.min(self.bytes.len()))
    }

    fn chain(&self, first: u32) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        for sector in chained(first, &self.next)? {
            content.extend_from_slice(self.sector(sector)?);
        }
        Some(content)
    }
}

/// The chain of sectors from a given one. `None` if the chain is circular.
fn chained(first: u32, next: &[u32]) -> Option<Vec<u32>> {
    let mut sectors = Vec::new();
    let mut sector = first;
    while sector < LAST_SECTOR {
        if sectors.len() > next.len() {
            return None;
        }
        sectors.push(sector);
        sector = *next.get(usize::try_from(sector).ok()?)?;
    }
    Some(sectors)
}

fn entry(bytes: &[u8]) -> Option<Entry> {
    let letters = usize::from(u16_at(bytes, 64)?).checked_sub(2)?.min(62);
    let units = bytes.get(..letters)?.chunks_exact(2).filter_map(|unit| u16_at(unit, 0));
    let name = char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect();
    Some(Entry { name, first: u32_at(bytes, 116)?, length: usize::try_from(u32_at(bytes, 120)?).ok()? })
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).filter_map(|number| u32_at(number, 0)).collect()
}
