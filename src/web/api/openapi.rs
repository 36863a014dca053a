//! The API's description, generated from the code that answers.

use axum::Json;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{RefOr, Schema, schema::AdditionalProperties};
use utoipa::{Modify, OpenApi, ToSchema};

use super::upload::RecordAndPhoto;

/// The description of the API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "kia-station",
        description = "Send approved child records to a card printing station, and ask what became of them. `docs/api.md` tells it at length."
    ),
    paths(super::submit, super::ask),
    modifiers(&Rest)
)]
struct Description;

/// What the derived description lacks: how a sender proves itself, and a form that is closed.
struct Rest;

impl Modify for Rest {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The token that `kia-station sender add` printed"))
            .build();
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        // Other parts of the form are refused, which no attribute of the derive can say.
        let form = components.schemas.get_mut(&*RecordAndPhoto::name());
        if let Some(RefOr::T(Schema::Object(form))) = form {
            form.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

/// `GET /api/v1/openapi.json`.
pub async fn describe() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::web::routes;

    #[test]
    fn the_description_holds_every_route_of_the_api_and_no_other() {
        let whole = serde_json::to_value(Description::openapi()).unwrap();
        let paths = whole["paths"].as_object().unwrap();
        let described: BTreeSet<(String, String)> = paths
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().unwrap().keys();
                methods.map(|method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        let routes: BTreeSet<(String, String)> = routes::table()
            .into_iter()
            .filter(|route| route.needs == routes::Needs::Sender)
            .map(|route| (route.method.to_owned(), route.path.to_owned()))
            .collect();
        assert_eq!(described, routes);
        let form = &whole["components"]["schemas"]["RecordAndPhoto"];
        assert_eq!(form["additionalProperties"], false, "{form:#}");
        assert!(!routes.is_empty());
    }
}
