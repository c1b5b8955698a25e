namespace Keycloak.ApiProtection.Notifications;

/// <summary>Why a notification is rejected. All texts are fixed: nothing of the notification is logged or sent back.</summary>
/// <param name="Code">A stable code, for the log and the metric.</param>
/// <param name="Reason">What was wrong. It is also the <c>error_description</c>.</param>
/// <param name="Remedy">What to change, if anything.</param>
internal sealed record NotificationRejection(
    string Code, string Reason, string Remedy = "Keycloak never sends this: the request comes from another sender.")
{
    private const string AnotherToken = "If Keycloak sent it, another token was copied here; if not, it is an attempt to forge one.";
    private const string Clocks = "Compare the clocks of this machine and of Keycloak.";

    public static readonly NotificationRejection ContentType = new("content_type", "The content type is not the one of this endpoint.");
    public static readonly NotificationRejection Size = new("size", "The body is larger than 16 KiB.");
    public static readonly NotificationRejection Parameter = new("parameter", "The form does not contain logout_token exactly once.");
    public static readonly NotificationRejection Form = new("form", "It is not three parts of base64url text with a dot between each.");
    public static readonly NotificationRejection Header = new(
        "header",
        "The header is not a JSON object with a valid alg, kid and typ.",
        AnotherToken);
    public static readonly NotificationRejection HeaderType = new(
        "header_type",
        "The header's typ is not the one of this endpoint.",
        AnotherToken);
    public static readonly NotificationRejection Algorithm = new(
        "algorithm",
        "The algorithm is not one of Algorithms.",
        "Set Clients > the login client > Advanced > ID token signature algorithm to RS256, PS256 or ES256, or add its algorithm to "
            + "Algorithms.");
    public static readonly NotificationRejection Payload = new(
        "payload",
        "The payload is not a JSON object whose members are unique and of the right type.",
        AnotherToken);
    public static readonly NotificationRejection Kind = new("kind", "It is not a logout token.", AnotherToken);
    public static readonly NotificationRejection Issuer = new(
        "issuer",
        "It was issued by another realm or server.",
        "If it is this API's realm, set ValidIssuers to the issuer that Keycloak writes (its frontend URL).");
    public static readonly NotificationRejection Audience = new(
        "audience",
        "It was sent to a client that is not one of LoginClients.",
        "Add the client whose 'Backchannel logout URL' points here to LoginClients, or clear that URL.");
    public static readonly NotificationRejection Expired = new("expired", "It has expired, or it has no expiration time.", Clocks);
    public static readonly NotificationRejection IssuedAt = new(
        "issued_at",
        "It has no issue time, or its issue time is in the future.",
        Clocks);
    public static readonly NotificationRejection Events = new("events", "It does not contain the back-channel logout event.", AnotherToken);
    public static readonly NotificationRejection Nonce = new(
        "nonce",
        "It contains a nonce, which a logout token must not contain.",
        AnotherToken);
    public static readonly NotificationRejection Subject = new("subject", "It names neither a session nor a user.", AnotherToken);
    public static readonly NotificationRejection Id = new("id", "It has no id.", AnotherToken);
    public static readonly NotificationRejection Replay = new(
        "replay",
        "It was received before.",
        "Keycloak sends each notification once: another sender repeats it. It has no further effect.");
    public static readonly NotificationRejection Key = new("key", "It is not signed with a key of the realm.", AnotherToken);
    public static readonly NotificationRejection Signature = new("signature", "Its signature is not valid.", AnotherToken);
    public static readonly NotificationRejection Action = new("action", "It is not the admin action of this endpoint.", AnotherToken);
    public static readonly NotificationRejection Resource = new(
        "resource",
        "It was pushed to a client that is neither this API's own nor one of LoginClients.",
        "Add the client whose 'Admin URL' points here to LoginClients, or clear that URL.");
}
