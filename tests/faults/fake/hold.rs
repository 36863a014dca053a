//! Requests that are held at a chosen moment, so that a station can be killed there.

use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use ipp::model::Operation;

/// When a request is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    BeforeTaken,
    BeforeReply,
    AfterReply,
}

pub(super) struct Hold {
    pub(super) operation: Operation,
    /// Requests of this operation until then.
    pub(super) after: u32,
    pub(super) moment: Moment,
    pub(super) reached: Sender<String>,
    pub(super) released: Receiver<()>,
}

/// A request that will be held, until this is dropped.
pub struct Held {
    pub(super) reached: Receiver<String>,
    pub(super) _release: Sender<()>,
}

impl Held {
    /// Waits for the request, and returns the name of the job that it is about; empty when it is
    /// about none. Nothing when it does not come, or a fault took it first.
    pub fn wait(&self, limit: Duration) -> Option<String> {
        self.reached.recv_timeout(limit).ok()
    }
}

impl Hold {
    pub(super) fn at(hold: Option<&(Self, String)>, moment: Moment) {
        let Some((hold, job)) = hold.filter(|(hold, _)| hold.moment == moment) else {
            return;
        };
        // The other side may have given up; this returns when it lets go.
        hold.reached.send(job.clone()).ok();
        hold.released.recv().ok();
    }
}
