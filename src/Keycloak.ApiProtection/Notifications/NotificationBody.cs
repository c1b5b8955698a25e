using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Reads what was posted, up to 16 KiB: what Keycloak posts has a tenth of that.</summary>
internal static class NotificationBody
{
    private const int Most = 16 * 1024;

    /// <summary>The body as text; a refusal where there is none to be had.</summary>
    public static async ValueTask<(string? Text, NotificationRejection? Rejection)> ReadAsync(HttpContext context, string contentType)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // The server does not even read on what is too long.
            size.MaxRequestBodySize = Most + 1;
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(contentType, StringComparison.OrdinalIgnoreCase))
        {
            return (null, NotificationRejection.ContentType);
        }

        if (request.ContentLength > Most)
        {
            return (null, NotificationRejection.Size);
        }

        var buffer = new byte[(int)(request.ContentLength ?? Most) + 1];
        var length = 0;
        try
        {
            while (length < buffer.Length)
            {
                var read = await request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted);
                if (read == 0)
                {
                    break;
                }

                length += read;
            }
        }
        catch (BadHttpRequestException)
        {
            return (null, NotificationRejection.Size);
        }

        // Everything that is expected is ASCII; what is not becomes letters that no token has.
        return length > Most ? (null, NotificationRejection.Size) : (Encoding.ASCII.GetString(buffer, 0, length), null);
    }
}
