using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Keys;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>What a token is bound to: the key of the DPoP proof that came with the request, switch or not.</summary>
internal sealed class TokenBinding(Realm realm)
{
    private static readonly KeyValuePair<string, string>[] NoStore = [new("Cache-Control", "no-store")];

    /// <returns>The claim <c>cnf</c>, or null for a plain bearer token; or the answer that refuses the request.</returns>
    public (JsonObject? Confirmation, Answer? Refusal) Find(EndpointRequest request, Client client)
    {
        var header = request.Headers["DPoP"];
        if (header.Count == 0)
        {
            return (null, client.DPoPRequired ? Refuse("DPoP proof is missing") : CannotIssue(client));
        }

        if (header.Count > 1 || DPoPProof.Verify(header.ToString(), request.Method, request.Url, realm.Time.GetUtcNow()) is not { } proof)
        {
            return (null, Refuse("DPoP header verification failure"));
        }

        return realm.Sessions.UseOnce("dpop " + proof.Id)
            ? (new JsonObject { ["jkt"] = proof.Thumbprint, ["kc-jkt-type"] = "DPoP" }, CannotIssue(client))
            : (null, Refuse("DPoP proof has already been used"));
    }

    private Answer? CannotIssue(Client client)
    {
        var algorithm = client.AccessTokenAlgorithm(realm.Export);
        if (client.CertificateRequired)
        {
            return TokenEndpoint.Refuse("invalid_request", "Client Certification missing for MTLS HoK Token Binding");
        }

        return RealmKeys.CanSign(algorithm) ? null : TokenEndpoint.Refuse(
            "not_implemented",
            $"The embedded realm cannot sign with {algorithm}: set the client attribute \"access.token.signed.response.alg\" of '{client.Id}' to another algorithm, or ask a real Keycloak.",
            501);
    }

    private static Answer Refuse(string description) => Answer.Error(400, "invalid_request", description, NoStore);
}
