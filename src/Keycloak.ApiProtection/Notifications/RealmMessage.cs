using System.Text;
using Keycloak.ApiProtection.Json;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>A message signed by a realm (a compact JWS), parsed but not yet verified.</summary>
internal sealed class RealmMessage
{
    private readonly byte[] _signingInput;
    private readonly byte[] _signature;
    private readonly string _keyId;
    private readonly SigningAlgorithm _algorithm;
    private readonly byte[] _payload;

    private RealmMessage(in CompactJws jws, string keyId, SigningAlgorithm algorithm, string? type)
    {
        _signingInput = jws.SigningInput.ToArray();
        _signature = CompactJws.Decode(jws.Signature, new byte[jws.Signature.Length]).ToArray();
        _keyId = keyId;
        _algorithm = algorithm;
        Type = type;
        _payload = CompactJws.Decode(jws.Payload, new byte[jws.Payload.Length]).ToArray();
    }

    /// <summary>Gets the header's <c>typ</c>.</summary>
    public string? Type { get; }

    /// <summary>Parses a message. Returns why it is rejected, or null if it is well-formed.</summary>
    public static NotificationRejection? Read(string text, out RealmMessage message)
    {
        message = null!;
        if (!CompactJws.TryRead(Encoding.ASCII.GetBytes(text), out var jws))
        {
            return NotificationRejection.Form;
        }

        var rejection = JoseHeader.Read(CompactJws.Decode(jws.Header, new byte[jws.Header.Length]), out var header, out _);
        if ((rejection is not null && rejection != TokenRejection.HeaderType) || header.KeyId.IsEmpty)
        {
            // The caller checks the type, which differs from that of an access token.
            return NotificationRejection.Header;
        }

        if (!SigningAlgorithm.TryGet(header.Algorithm, out var algorithm))
        {
            return NotificationRejection.Algorithm;
        }

        message = new RealmMessage(jws, Encoding.UTF8.GetString(header.KeyId), algorithm, header.Type());
        return null;
    }

    /// <summary>Reads the payload into the content. Returns why the message is rejected, or null if it can have this content.</summary>
    public NotificationRejection? ReadInto(INotification content)
    {
        if (!content.IsOfType(Type))
        {
            return NotificationRejection.HeaderType;
        }

        if (!JsonText.IsText(_payload, out _))
        {
            return NotificationRejection.Payload;
        }

        var isWellFormed = true;
        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[JsonObjectReader.MaximumMembers];
        var reader = new JsonObjectReader(_payload, seen);
        while (reader.Read())
        {
            isWellFormed &= content.Read(reader.Name, reader.Value, _payload);
        }

        return isWellFormed && reader.Problem is null ? null : NotificationRejection.Payload;
    }

    /// <summary>
    /// Verifies the signature without waiting. Returns false if the key is not cached; <see cref="VerifyAsync"/> requests it.
    /// </summary>
    public bool TryVerify(TokenPolicy policy, RealmKeys keys, out NotificationOutcome outcome)
    {
        if (!policy.Algorithms.Contains(_algorithm))
        {
            outcome = NotificationRejection.Algorithm;
            return true;
        }

        outcome = default;
        if (!keys.TryFind(Encoding.UTF8.GetBytes(_keyId), out var key))
        {
            return false;
        }

        outcome = Verify(key);
        return true;
    }

    /// <summary>
    /// Verifies the signature after <see cref="TryVerify"/> returned false. Requests the unknown key within the realm's rate limit.
    /// Call it last, after every check that does not need a key.
    /// </summary>
    public async ValueTask<NotificationOutcome> VerifyAsync(
        TokenPolicy policy, RealmKeys keys, DateTimeOffset issuedAt, CancellationToken cancellationToken)
    {
        if (TryVerify(policy, keys, out var outcome))
        {
            return outcome;
        }

        var search = await keys.FindAsync(_keyId, issuedAt, cancellationToken, KeyDemand.Notification);
        return search.IsFound(out var key) ? Verify(key)
            : search.IsUnavailable ? NotificationOutcome.Undecided(search.RetryAfter)
            : NotificationRejection.Key;
    }

    private NotificationOutcome Verify(SigningKey key) =>
        key.Verify(_algorithm, _signingInput, _signature) ? NotificationOutcome.Taken : NotificationRejection.Signature;
}
