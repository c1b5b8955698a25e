using System.Globalization;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>
/// "User Session Note": <c>auth_time</c> after a login on a login page; <c>client_id</c> and the caller's address for a service account.
/// </summary>
internal sealed class SessionNoteMapper : IClaimMapper
{
    public string Type => "oidc-usersessionmodel-note-mapper";

    public bool WritesTo(ClaimDestination destination) => destination is not ClaimDestination.UserInfo;

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        var note = mapper["user.session.note"] switch
        {
            "AUTH_TIME" => context.Session.AuthenticatedAt?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            { } name => context.Session.Notes.GetValueOrDefault(name),
            null => null,
        };
        ClaimWriter.Write(mapper, claims, note is null ? [] : [note]);
    }
}
