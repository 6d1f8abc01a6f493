//! What of a text that was meant as a URL an error may repeat.

/// Nothing before an @ and nothing after a ?, where secrets stand.
pub fn without_secrets(text: &str) -> &str {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    text.rsplit('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_user_no_password_no_values() {
        assert_eq!(without_secrets("u:pw@localhost:80/x?token=s3cret"), "localhost:80/x");
    }
}
