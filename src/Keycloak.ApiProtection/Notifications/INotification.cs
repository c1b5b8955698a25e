using Keycloak.ApiProtection.Json;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>The content of a notification: a logout token or an admin action. Parsed, but not yet verified.</summary>
/// <remarks>
/// What is the same for both is not here: <see cref="RealmMessage"/> has the signature, and <see cref="NotificationVerification"/> verifies
/// it for each scheme, rejects replays and applies the content.
/// </remarks>
internal interface INotification
{
    /// <summary>Gets the id by which a replay is detected. Not null after <see cref="Check"/>.</summary>
    public string? Id { get; }

    /// <summary>Gets when the notification expires. Not null after <see cref="Check"/>.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>Gets when the notification was signed, which shows whether an unknown key can be new.</summary>
    public DateTimeOffset SignedAt { get; }

    /// <summary>Whether a message with this <c>typ</c> in its header can have this content.</summary>
    public bool IsOfType(string? type);

    /// <summary>Reads one member of the payload. Returns false if its value has the wrong type.</summary>
    public bool Read(ReadOnlySpan<byte> name, JsonValue value, ReadOnlySpan<byte> json);

    /// <summary>Checks everything that does not need a key. Returns null if the scheme does not reject the notification.</summary>
    public NotificationRejection? Check(NotificationScheme scheme);

    /// <summary>Applies the notification, which the scheme's realm has signed and which is not a replay.</summary>
    public void Apply(NotificationScheme scheme, ILogger logger);
}
