//! What V8 and Node say of their memory: answers of the inspector in, bytes out.
//!
//! `Runtime.evaluate` of `process.memoryUsage()` tells heap, external memory and array buffers in every Node. It runs
//! one function of Node's own in the target, which reads counters and changes nothing; some 40 µs. Where that answers
//! no numbers, as in another host of V8, `Runtime.getHeapUsage` tells the heap, and newer V8 backing stores beside it.

use serde::Deserialize;
use serde_json::{Value, json};

/// What is evaluated. Not with `throwOnSideEffect`, which disturbs the code that the evaluation interrupts.
const EXPRESSION: &str = "process.memoryUsage()";

/// Memory of one isolate, in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct V8Memory {
    /// Objects on the heap, live and garbage together.
    pub used: f64,
    /// What the heap holds of the kernel's memory.
    pub total: f64,
    /// What objects hold outside of the heap, array buffers among it.
    pub external: Option<f64>,
    /// Array buffers, which Buffers are made of.
    pub array_buffers: Option<f64>,
}

impl V8Memory {
    /// All that objects hold, on the heap and outside of it.
    pub fn held(&self) -> f64 {
        self.used + self.external.or(self.array_buffers).unwrap_or(0.0)
    }
}

/// The parameters of `Runtime.evaluate`.
pub fn evaluate() -> Value {
    json!({ "expression": EXPRESSION, "returnByValue": true, "silent": true })
}

#[derive(Deserialize)]
struct Evaluated {
    result: Remote,
}

#[derive(Deserialize)]
struct Remote {
    value: NodeMemory,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NodeMemory {
    heap_total: f64,
    heap_used: f64,
    external: Option<f64>,
    array_buffers: Option<f64>,
}

/// Reads the answer to `Runtime.evaluate`; none where it is no memory.
pub fn evaluated(result: &str) -> Option<V8Memory> {
    let NodeMemory { heap_total, heap_used, external, array_buffers } =
        serde_json::from_str::<Evaluated>(result).ok()?.result.value;
    sound(V8Memory { used: heap_used, total: heap_total, external, array_buffers })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeapUsage {
    used_size: f64,
    total_size: f64,
    backing_storage_size: Option<f64>,
}

/// Reads the answer to `Runtime.getHeapUsage`.
pub fn usage(result: &str) -> Option<V8Memory> {
    let HeapUsage { used_size, total_size, backing_storage_size } = serde_json::from_str(result).ok()?;
    let memory =
        V8Memory { used: used_size, total: total_size, external: None, array_buffers: backing_storage_size };
    sound(memory)
}

/// More than any heap has is not a size of memory.
fn sound(memory: V8Memory) -> Option<V8Memory> {
    let is_sound = |bytes: f64| (0.0..1e15).contains(&bytes);
    let V8Memory { used, total, external, array_buffers } = memory;
    let all = [Some(used), Some(total), external, array_buffers];
    all.into_iter().flatten().all(is_sound).then_some(memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_node_answers_is_read() {
        let memory = evaluated(
            "{\"result\":{\"type\":\"object\",\"value\":{\"rss\":48279552,\"heapTotal\":6266880,\
             \"heapUsed\":4482560,\"external\":1946754,\"arrayBuffers\":272655}}}",
        )
        .unwrap();
        assert_eq!(
            (memory.used, memory.array_buffers, memory.held()),
            (4482560.0, Some(272655.0), 6429314.0)
        );
        let refused = "{\"result\":{\"type\":\"object\",\"subtype\":\"error\"},\"exceptionDetails\":{}}";
        assert_eq!(evaluated(refused), None);
        assert_eq!(evaluated(&refused.replace("\"subtype\":\"error\"", "\"value\":{\"heapUsed\":1}")), None);
    }

    #[test]
    fn what_v8_answers_is_read_with_and_without_backing_stores() {
        let older = usage("{\"usedSize\":4476040,\"totalSize\":6266880}").unwrap();
        assert_eq!((older.held(), older.external), (4476040.0, None));
        let newer = "{\"usedSize\":10,\"totalSize\":20,\"embedderHeapUsedSize\":0,\"backingStorageSize\":5}";
        assert_eq!(usage(newer).unwrap().held(), 15.0);
        assert_eq!(usage("{\"usedSize\":-1,\"totalSize\":6}"), None);
    }
}
