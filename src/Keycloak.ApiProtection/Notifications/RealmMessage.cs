using System.Text;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Something that a realm may have signed (a compact JWS): read, and not yet believed.</summary>
internal sealed class RealmMessage
{
    private readonly byte[] _signingInput;
    private readonly byte[] _signature;
    private readonly string _keyId;
    private readonly SigningAlgorithm _algorithm;

    private RealmMessage(in CompactJws jws, string keyId, SigningAlgorithm algorithm, string? type)
    {
        _signingInput = jws.SigningInput.ToArray();
        _signature = CompactJws.Decode(jws.Signature, new byte[jws.Signature.Length]).ToArray();
        _keyId = keyId;
        _algorithm = algorithm;
        Type = type;
        Payload = CompactJws.Decode(jws.Payload, new byte[jws.Payload.Length]).ToArray();
    }

    /// <summary>Gets the header's <c>typ</c>.</summary>
    public string? Type { get; }

    /// <summary>Gets the payload.</summary>
    public byte[] Payload { get; }

    /// <summary>Reads it; answers what is wrong with it, null when nothing is.</summary>
    public static NotificationRejection? Read(string text, out RealmMessage message)
    {
        message = null!;
        if (!CompactJws.TryRead(Encoding.ASCII.GetBytes(text), out var jws))
        {
            return NotificationRejection.Form;
        }

        var refused = JoseHeader.Read(CompactJws.Decode(jws.Header, new byte[jws.Header.Length]), out var header, out _);
        if ((refused is not null && refused != TokenRejection.HeaderType) || header.KeyId.IsEmpty)
        {
            // The type is asked for below: it is another one than an access token's.
            return NotificationRejection.Header;
        }

        if (!SigningAlgorithm.TryGet(header.Algorithm, out var algorithm))
        {
            return NotificationRejection.Algorithm;
        }

        message = new RealmMessage(jws, Encoding.UTF8.GetString(header.KeyId), algorithm, header.Type());
        return null;
    }

    /// <summary>Whether the realm has signed it, at once. False: the key is not at hand, and <see cref="VerifyAsync"/> waits for it.</summary>
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
    /// Whether the realm has signed it, after <see cref="TryVerify"/> could not say. Asks for the unknown key within the realm's budget;
    /// the last question, after all that can be rejected without.
    /// </summary>
    public async ValueTask<NotificationOutcome> VerifyAsync(TokenPolicy policy, RealmKeys keys, DateTimeOffset issuedAt, CancellationToken cancellationToken)
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

    private NotificationOutcome Verify(SigningKey key) => key.Verify(_algorithm, _signingInput, _signature) ? NotificationOutcome.Taken : NotificationRejection.Signature;
}
