//! Lists of deliveries, newest first: all of a community, those of endpoints, of an event, those not delivered.

use super::deliveries::{DELIVERED, DeliveryRow, PENDING};
use super::window::{Part, Stream, Window};
use super::{Conn, StoreError};
use crate::domain::id::CommunityId;

/// Which deliveries a list shows.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// To one of these endpoints; there are few.
    pub endpoints: Option<Vec<i64>>,
    /// Of one event.
    pub event: Option<i64>,
    /// In one state.
    pub state: Option<i16>,
}

impl DeliveryFilter {
    /// By which indexes they are found, and what is left out of what these have. Conditions of partial indexes
    /// stand as the indexes have them.
    fn parts(&self) -> Vec<Part> {
        let of_state: Vec<String> = self
            .state
            .iter()
            .map(|state| format!("state = {state}"))
            .collect();
        let to = |endpoint: &i64| format!("endpoint_id = {endpoint}");
        let part = |stream, by_row: &[String]| Part {
            stream,
            by_entry: Vec::new(),
            by_row: by_row.to_vec(),
        };
        match (self.event, &self.endpoints, self.state) {
            // At most one for each endpoint.
            (Some(event), endpoints, _) => {
                let mut by_row = of_state;
                if let Some(endpoints) = endpoints {
                    let any: Vec<String> = endpoints.iter().map(to).collect();
                    by_row.push(match any.is_empty() {
                        true => "1 = 0".to_owned(),
                        false => format!("({})", any.join(" OR ")),
                    });
                }
                let stream = Stream::new("deliveries_event", format!("event_id = {event}"));
                vec![part(stream, &by_row)]
            }
            (None, Some(endpoints), Some(PENDING)) => {
                let held = |endpoint| format!("{} AND state = 0", to(endpoint));
                let of = |endpoint| part(Stream::new("deliveries_pending", held(endpoint)), &[]);
                endpoints.iter().map(of).collect()
            }
            (None, Some(endpoints), _) => {
                let of = |endpoint| part(Stream::new("deliveries_endpoint", to(endpoint)), &of_state);
                endpoints.iter().map(of).collect()
            }
            (None, None, Some(state)) if state != DELIVERED => {
                let held = format!("state = {state} AND state <> 1");
                vec![part(Stream::new("deliveries_undelivered", held), &[])]
            }
            (None, None, _) => vec![part(Stream::by_key(), &of_state)],
        }
    }
}

/// Deliveries, newest first, before the given one.
pub fn list(
    conn: &mut Conn,
    community: CommunityId,
    filter: &DeliveryFilter,
    before: i64,
    limit: i64,
) -> Result<Window<DeliveryRow>, StoreError> {
    let parts = filter
        .parts()
        .into_iter()
        .map(|part| part.read(conn, "deliveries", community, (0, before), limit))
        .collect::<Result<_, _>>()?;
    Ok(Window::merged(parts, limit, |row: &DeliveryRow| row.id))
}
