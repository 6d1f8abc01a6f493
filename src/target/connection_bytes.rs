//! How many bytes went through each TCP connection, and which connections of a target carry the very same bytes.
//!
//! The kernel shows it to any process over a netlink socket (sock_diag(7), with struct tcp_info of linux/tcp.h). A
//! process that passes bytes on has, for a connection it accepted, one it opened that received what the other sent and
//! sent what the other received, to the byte. A service that asks another one in the course of a request has no such
//! pair: its requests and answers differ, and a difference of one byte per request soon shows.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use rustix::net::netlink::{SOCK_DIAG, SocketAddrNetlink};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

/// Bytes through one connection since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionBytes {
    /// The socket.
    pub inode: u64,
    /// Its local port.
    pub port: u16,
    /// What the other end sent.
    pub received: u64,
    /// What was sent to it, each byte once. Before Linux 4.19 what it has acknowledged, which lags behind.
    pub sent: u64,
}

/// A connection that was opened counts its SYN as a byte that was acknowledged.
const BYTES_OFF: u64 = 2;
/// Fewer bytes, both ways together, may be alike by chance.
const LEAST_BYTES: u64 = 1000;

/// For each accepted connection that has one: the opened connection that carries the same bytes. No opened
/// connection stands for two.
pub fn pairs(accepted: &[ConnectionBytes], opened: &[ConnectionBytes]) -> Vec<(u64, u64)> {
    let mut free: Vec<&ConnectionBytes> = opened.iter().collect();
    let mut found = Vec::new();
    for one in accepted.iter().filter(|c| is_comparable(c)) {
        let same = |other: &&ConnectionBytes| {
            one.received.abs_diff(other.sent) <= BYTES_OFF && one.sent.abs_diff(other.received) <= BYTES_OFF
        };
        if let Some(at) = free.iter().position(same) {
            found.push((one.inode, free.swap_remove(at).inode));
        }
    }
    found
}

/// Whether enough went through a connection, and both ways, to compare it.
pub fn is_comparable(one: &ConnectionBytes) -> bool {
    one.received + one.sent >= LEAST_BYTES && one.received > 0 && one.sent > 0
}

/// Every established connection in soak's network namespace, by inode; none where the kernel does not show them.
pub fn read_all() -> Option<HashMap<u64, ConnectionBytes>> {
    let mut found = HashMap::new();
    for family in [AF_INET, AF_INET6] {
        let flags = SocketFlags::CLOEXEC;
        let socket =
            rustix::net::socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, Some(SOCK_DIAG))
                .ok()?;
        // the kernel answers at once or never
        set_socket_timeout(&socket, Timeout::Recv, Some(Duration::from_millis(200))).ok()?;
        rustix::net::sendto(&socket, &request(family), SendFlags::empty(), &SocketAddrNetlink::new(0, 0))
            .ok()?;
        let mut buffer = vec![0_u8; 64 << 10];
        loop {
            let (read, _) = rustix::net::recv(&socket, &mut buffer[..], RecvFlags::empty()).ok()?;
            let (carried, more) = parse(&buffer[..read.min(buffer.len())])?;
            found.extend(carried.into_iter().map(|c| (c.inode, c)));
            if more == AnswerPart::Last {
                break;
            }
        }
    }
    Some(found)
}

/// The inodes of accepted connections on this port whose bytes go on through another connection of the same
/// owners, with that other connection; and how many accepted connections there were to compare.
pub fn passed_on(owned: &HashSet<u64>, port: u16, opened: &HashSet<u64>) -> Option<(Vec<(u64, u64)>, usize)> {
    let carried: Vec<ConnectionBytes> =
        read_all()?.into_values().filter(|c| owned.contains(&c.inode)).collect();
    let (out, other): (Vec<ConnectionBytes>, Vec<ConnectionBytes>) =
        carried.into_iter().partition(|c| opened.contains(&c.inode));
    let accepted: Vec<ConnectionBytes> =
        other.into_iter().filter(|c| c.port == port && is_comparable(c)).collect();
    Some((pairs(&accepted, &out), accepted.len()))
}

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
const TCP_ESTABLISHED: u32 = 1;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST_DUMP: u16 = 0x301;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const INET_DIAG_INFO: u16 = 2;
/// struct nlmsghdr.
const HEADER_BYTES: usize = 16;
/// struct inet_diag_msg.
const MESSAGE_BYTES: usize = 72;
/// tcpi_bytes_acked and its siblings in struct tcp_info, which has grown over the years.
const BYTES_ACKED: usize = 120;
const BYTES_RECEIVED: usize = 128;
const BYTES_SENT: usize = 200;
const BYTES_RETRANS: usize = 208;

/// struct nlmsghdr and struct inet_diag_req_v2: every established TCP socket of a family, with its tcp_info.
fn request(family: u8) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(72);
    bytes.extend(72_u32.to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(NLM_F_REQUEST_DUMP.to_ne_bytes());
    bytes.extend([0; 8]); // sequence number, sender
    bytes.extend([family, IPPROTO_TCP, 1 << (INET_DIAG_INFO - 1), 0]);
    bytes.extend((1_u32 << TCP_ESTABLISHED).to_ne_bytes());
    bytes.extend([0; 48]); // any addresses
    bytes
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AnswerPart {
    MoreFollows,
    Last,
}

/// One datagram of the answer; none if it reports an error.
fn parse(mut bytes: &[u8]) -> Option<(Vec<ConnectionBytes>, AnswerPart)> {
    let mut found = Vec::new();
    while let (Some(length), Some(kind)) = (u32_at(bytes, 0), u16_at(bytes, 4)) {
        let length = length as usize;
        match kind {
            NLMSG_DONE => return Some((found, AnswerPart::Last)),
            NLMSG_ERROR => return None,
            _ if length < HEADER_BYTES || length > bytes.len() => return None,
            SOCK_DIAG_BY_FAMILY => found.extend(connection(&bytes[HEADER_BYTES..length])),
            _ => {}
        }
        bytes = bytes.get(aligned(length)..).unwrap_or_default();
    }
    Some((found, AnswerPart::MoreFollows))
}

fn connection(message: &[u8]) -> Option<ConnectionBytes> {
    let port = u16::from_be_bytes(message.get(4..6)?.try_into().ok()?);
    let inode = u64::from(u32_at(message, MESSAGE_BYTES - 4)?);
    let mut attributes = message.get(MESSAGE_BYTES..)?;
    while let (Some(length), Some(kind)) = (u16_at(attributes, 0), u16_at(attributes, 2)) {
        let value = attributes.get(4..length as usize)?;
        if kind == INET_DIAG_INFO {
            let received = u64_at(value, BYTES_RECEIVED)?;
            let sent = match (u64_at(value, BYTES_SENT), u64_at(value, BYTES_RETRANS)) {
                (Some(sent), Some(again)) => sent.saturating_sub(again),
                _ => u64_at(value, BYTES_ACKED)?,
            };
            return Some(ConnectionBytes { inode, port, received, sent });
        }
        attributes = attributes.get(aligned(length as usize)..)?;
    }
    None
}

/// Netlink aligns everything to four bytes.
fn aligned(length: usize) -> usize {
    length.div_ceil(4) * 4
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    fn carried(inode: u64, received: u64, sent: u64) -> ConnectionBytes {
        ConnectionBytes { inode, port: 80, received, sent }
    }

    #[test]
    fn only_the_very_same_bytes_make_a_pair() {
        let accepted = [carried(1, 9_000, 80_000), carried(2, 4_500, 40_000), carried(3, 90, 200)];
        let relay = [carried(11, 40_000, 4_501), carried(12, 80_000, 9_001), carried(13, 200, 91)];
        assert_eq!(pairs(&accepted, &relay), [(1, 12), (2, 11)], "too few bytes went through the third");
        // a service that asks a database over a pool: about as much, but not the same
        let pool = [carried(11, 39_800, 4_700), carried(12, 80_100, 9_300)];
        assert_eq!(pairs(&accepted, &pool), []);
        // one connection cannot stand for two
        let twins = [carried(1, 9_000, 80_000), carried(2, 9_000, 80_000)];
        assert_eq!(pairs(&twins, &relay).len(), 1);
    }

    #[test]
    fn the_kernel_counts_what_went_through() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let mut here = TcpStream::connect(at).unwrap();
        let (mut there, _) = listener.accept().unwrap();
        here.write_all(&[7; 3000]).unwrap();
        there.read_exact(&mut [0; 3000]).unwrap();
        there.write_all(&[7; 50]).unwrap();
        here.read_exact(&mut [0; 50]).unwrap();
        let Some(all) = read_all() else {
            crate::testing::skipped("this kernel does not count the bytes of connections");
            return;
        };
        let accepted = all.values().find(|c| c.port == at.port()).unwrap();
        assert_eq!((accepted.received, accepted.sent), (3000, 50));
        let opened = all.values().find(|c| c.port == here.local_addr().unwrap().port()).unwrap();
        assert!(opened.sent.abs_diff(3000) <= BYTES_OFF && opened.received == 50, "{opened:?}");
    }

    #[test]
    fn an_answer_that_is_cut_off_or_lies_about_its_length_is_none() {
        let message = |length: u32, kind: u16| {
            let mut bytes = length.to_ne_bytes().to_vec();
            bytes.extend(kind.to_ne_bytes());
            bytes.extend([0; 10]);
            bytes
        };
        assert_eq!(parse(&message(16, NLMSG_DONE)), Some((Vec::new(), AnswerPart::Last)));
        assert_eq!(parse(&message(16, NLMSG_ERROR)), None);
        assert_eq!(parse(&message(9999, SOCK_DIAG_BY_FAMILY)), None);
        assert_eq!(parse(&message(0, SOCK_DIAG_BY_FAMILY)), None, "and does not go round for ever");
        assert_eq!(parse(&message(16, SOCK_DIAG_BY_FAMILY)), Some((Vec::new(), AnswerPart::MoreFollows)));
        assert_eq!(parse(&[1, 2, 3]), Some((Vec::new(), AnswerPart::MoreFollows)));
    }
}
