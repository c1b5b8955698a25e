using System.Net;
using System.Web;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>Receives and stores the requests that a realm sends to clients.</summary>
internal sealed class PushReceiver : HttpMessageHandler
{
    /// <summary>The received requests: the URL, the content type, and the token in the body.</summary>
    public List<(Uri Url, string ContentType, string Token)> Received { get; } = [];

    /// <summary>The status of the response; null simulates that no server is listening.</summary>
    public HttpStatusCode? Answer { get; set; } = HttpStatusCode.OK;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        var type = request.Content.Headers.ContentType!.ToString();
        var token = type.StartsWith("text/", StringComparison.Ordinal) ? body : HttpUtility.ParseQueryString(body)["logout_token"]!;
        Received.Add((request.RequestUri!, type, token));
        return Answer is { } status ? new HttpResponseMessage(status) : throw new HttpRequestException("Connection refused");
    }
}
