using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Keys;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>Binds a token to the key of the DPoP proof in the request, even if the client does not require DPoP.</summary>
internal sealed class TokenBinding(Realm realm)
{
    private static readonly KeyValuePair<string, string>[] NoStore = [new("Cache-Control", "no-store")];

    /// <returns>The claim <c>cnf</c>, or null for a bearer token; or the response that rejects the request.</returns>
    public (JsonObject? Confirmation, Answer? Rejection) Find(EndpointRequest request, Client client)
    {
        var header = request.Headers["DPoP"];
        if (header.Count == 0)
        {
            return (null, client.DPoPRequired ? Reject("DPoP proof is missing") : CannotIssue(client));
        }

        var (proof, error) = header.Count > 1
            ? (null, ReceivedProof.Unreadable)
            : ReceivedProof.Verify(header.ToString(), request.Method, request.Url, realm.Time.GetUtcNow());
        if (proof is null)
        {
            return (null, Reject(error!));
        }

        return realm.Sessions.UseOnce("dpop " + proof.Id)
            ? (new JsonObject { ["jkt"] = proof.Thumbprint, ["kc-jkt-type"] = "DPoP" }, CannotIssue(client))
            : (null, Reject("DPoP proof has already been used"));
    }

    private Answer? CannotIssue(Client client)
    {
        var algorithm = client.AccessTokenAlgorithm(realm.Export);
        if (client.CertificateRequired)
        {
            return TokenEndpoint.Reject("invalid_request", "Client Certification missing for MTLS HoK Token Binding");
        }

        return RealmKeys.CanSign(algorithm) ? null : TokenEndpoint.Reject(
            "not_implemented",
            $"The embedded realm cannot sign with {algorithm}. Set the client attribute \"access.token.signed.response.alg\" "
            + $"of '{client.Id}' to another algorithm, or use a real Keycloak.",
            501);
    }

    private static Answer Reject(string description) => Answer.Error(400, "invalid_request", description, NoStore);
}
