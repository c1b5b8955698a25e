namespace Keycloak.ApiProtection;

/// <summary>How requests with a token are handled while revocations of other replicas are not known.</summary>
public enum UnreadableJournal
{
    /// <summary>
    /// Each token is introspected. Keycloak's response may be as old as <see cref="RevocationJournalOptions.MaxSilence"/>. A scheme without
    /// credentials cannot introspect: its requests get 503, as with <see cref="Reject"/>.
    /// </summary>
    Introspect,

    /// <summary>The response is 503 with <c>Retry-After</c>.</summary>
    Reject,

    /// <summary>
    /// Tokens are accepted as if there were no journal. A token that another replica has revoked is accepted until the journal can be read
    /// again, or until it expires.
    /// </summary>
    Continue,
}
